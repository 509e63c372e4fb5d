package org.datacapsule.router.imageapi.vice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Caller;
import org.datacapsule.router.http.DialectRequest;
import org.datacapsule.router.http.Parameters;
import org.junit.jupiter.api.Test;

class ViceUsersTest {

    @Test
    void whereThereAreNoAccountsNobodyMakesOneNotEvenAnAdmin() {
        ViceUsers users = new ViceUsers(Optional.empty());
        DialectRequest request = new DialectRequest(
                HttpMethod.POST,
                "http://here",
                "/vice/v1/user",
                Map.of(),
                List.of(),
                MultiMap.caseInsensitiveMultiMap(),
                new JsonObject()
                        .put("username", "admin")
                        .put("password", "admin")
                        .toBuffer(),
                "r1");

        ProblemException refusal = catchThrowableOfType(ProblemException.class, () -> users.create(request, call()));

        assertThat(refusal.problem().code()).isEqualTo(ErrorCode.AUTH_FORBIDDEN);
        assertThat(ViceAnswer.refusal(request, refusal.problem()).status()).isEqualTo(401);
    }

    @Test
    void aCallerWithATokenIsShownByIt() throws Exception {
        assertThat(new ViceUsers(Optional.empty()).show(call()).body())
                .isEqualTo(Buffer.buffer("{\"id\":\"g1\",\"username\":\"g1\"}"));
    }

    private static Call call() {
        Caller caller = new Caller("g1", Optional.empty(), Optional.empty(), Set.of());
        return new Call("vice.getUser", caller, new Parameters(new JsonObject()), "r1", "127.0.0.1", Optional.empty());
    }
}
