package org.datacapsule.router.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;

/** What is text, and what are merely bytes or chars. */
final class UnicodeText {

    private UnicodeText() {}

    /** Whether no half of a surrogate pair stands alone; JSON's escapes can write one, and no UTF-8 can hold it. */
    static boolean isWellFormed(String text) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }

    static boolean hasControlCharacter(String text) {
        return text.chars().anyMatch(Character::isISOControl);
    }

    /** @throws ProblemException when the bytes are not UTF-8; replacing what is wrong would change what was said */
    static String decode(byte[] utf8) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new ProblemException(ErrorCode.REQUEST_MALFORMED, "The request has text that is not valid UTF-8.");
        }
    }
}
