package org.datacapsule.router.capsule;

import org.datacapsule.common.capsule.OperationKind;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Endpoints;

/** The capsule endpoints of the seed's API, and recover. */
public final class CapsuleRoutes {
    private final CreateCapsule create;
    private final CommandCapsule command;
    private final ShowCapsules show;
    private final ListCapsules list;

    public CapsuleRoutes(CreateCapsule create, CommandCapsule command, ShowCapsules show, ListCapsules list) {
        this.create = create;
        this.command = command;
        this.show = show;
        this.list = list;
    }

    public void register(Endpoints endpoints) {
        endpoints
                .serve("createvm", create::create)
                .serve("launchvm", call -> command.byMember(call, CapsuleCommand.LAUNCH, OperationKind.LAUNCH))
                .serve("switchvm", call -> command.byMember(call, CapsuleCommand.SWITCH, switchTo(call)))
                .serve("stopvm", call -> command.byMember(call, CapsuleCommand.STOP, OperationKind.STOP))
                .serve("deletevm", call -> command.byMember(call, CapsuleCommand.DELETE, OperationKind.DELETE))
                .serve("recoverCapsule", call -> command.byOperator(call, OperationKind.RECOVER))
                .serve("show", show::show)
                .serve("listvms", list::list);
    }

    /** The contract lets no other mode through. */
    private static OperationKind switchTo(Call call) {
        return call.parameters().text("mode").equals("secure")
                ? OperationKind.SWITCH_TO_SECURE
                : OperationKind.SWITCH_TO_MAINTENANCE;
    }
}
