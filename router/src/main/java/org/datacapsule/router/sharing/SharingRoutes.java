package org.datacapsule.router.sharing;

import org.datacapsule.router.http.Endpoints;

/** The sharing, key and terms endpoints of the seed's API, and updatevm. */
public final class SharingRoutes {
    private final AddSharees addSharees;
    private final DeleteSharees deleteSharees;
    private final ManageController manageController;
    private final AddSupportUser addSupportUser;
    private final UpdateCapsule updateCapsule;
    private final TermsOfUse terms;
    private final UserKeys keys;

    public SharingRoutes(
            AddSharees addSharees,
            DeleteSharees deleteSharees,
            ManageController manageController,
            AddSupportUser addSupportUser,
            UpdateCapsule updateCapsule,
            TermsOfUse terms,
            UserKeys keys) {
        this.addSharees = addSharees;
        this.deleteSharees = deleteSharees;
        this.manageController = manageController;
        this.addSupportUser = addSupportUser;
        this.updateCapsule = updateCapsule;
        this.terms = terms;
        this.keys = keys;
    }

    public void register(Endpoints endpoints) {
        endpoints
                .serve("updatevm", updateCapsule::update)
                .serve("addsharees", addSharees::add)
                .serve("deletesharees", deleteSharees::delete)
                .serve("exitsharee", deleteSharees::exit)
                .serve("managecontroller", manageController::manage)
                .serve("addsupportuser", addSupportUser::add)
                .serve("updateUserTou", terms::update)
                .serve("getUserTou", terms::read)
                .serve("setUserKey", keys::set)
                .serve("deleteUserKey", keys::delete)
                .serve("pushUserKeys", keys::push);
    }
}
