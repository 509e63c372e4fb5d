package org.datacapsule.router.sharing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShareesTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{\"guid\":\"a\",\"email\":\"a@x\"}]",
                "[{'giud':'a','email':'a@x'}]",
                "[{guid:'a',email:'a@x'}]",
                " [ { giud : \"a\" , email : 'a@x', role: 'SHAREE' } ] ",
                "[{guid:'a',email:'a@x'},{guid:'a',email:'a@x'}]"
            })
    void everySpellingDeployedClientsSendIsRead(String text) {
        assertThat(Sharees.parseJson(text)).containsExactly(new Sharee("a", Optional.of("a@x")));
    }

    @Test
    void anEmailMayBeMissing() {
        assertThat(Sharees.parseJson("[{guid:'a'},{guid:'b',email:null},{guid:'c',email:''}]"))
                .extracting(Sharee::email)
                .containsOnly(Optional.empty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                "{}",
                "[]",
                "[1]",
                "['a']",
                "[[]]",
                "[{}]",
                "[{guid:''}]",
                "[{guid:1}]",
                "[{guid:{}}]",
                "[{guid:'a',email:1}]",
                "[{guid:'a',email:'a b'}]",
                "[{guid:'a'}] x",
                "[{guid:'a'}",
                "[[[[[[1]]]]]]",
                "[{guid:'a\\u0000'}]",
                "[{guid:'\\ud800'}]",
                "[{guid:'a',email:'x@y'},{guid:'a',email:'z@y'}]"
            })
    void anythingElseIsRefusedInWords(String text) {
        assertThatThrownBy(() -> Sharees.parseJson(text))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .isNotBlank();
    }

    @Test
    void moreThanFiftyAreTooMany() {
        String fifty = "{guid:'a'},".repeat(Sharees.MOST);
        assertThat(Sharees.parseJson("[" + fifty.substring(0, fifty.length() - 1) + "]"))
                .hasSize(1);
        assertThatThrownBy(() -> Sharees.parseJson("[" + fifty + "{guid:'a'}]"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void guidsStandBetweenCommas() {
        assertThat(Sharees.parseGuids(" a,b , a,")).isEqualTo(List.of("a", "b"));
        assertThatThrownBy(() -> Sharees.parseGuids(" , ")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Sharees.parseGuids("x".repeat(129))).isInstanceOf(IllegalArgumentException.class);
    }
}
