package org.datacapsule.agent.process;

import java.util.regex.Pattern;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;

/** A program could not be run, took too long, or ended with another code than 0. */
public final class ProgramFailedException extends Exception {
    private static final long serialVersionUID = 1L;

    private static final int LAST_WORDS = 300;
    private static final Pattern DIRECTORIES = Pattern.compile("(?:/[\\w.@+-]+)+/");

    private final String program;
    private final String lastWords;

    ProgramFailedException(String program, String said) {
        super(program + ": " + shortened(said));
        this.program = program;
        this.lastWords = shortened(said);
    }

    /** The end of what it said, without the host's directories. */
    public String lastWords() {
        return lastWords;
    }

    public boolean saysDiskFull() {
        return lastWords.contains("No space left on device") || lastWords.contains("Disk quota exceeded");
    }

    public ProblemException asProblem() {
        return new ProblemException(ErrorCode.HOST_TOOL_FAILED, program + ": " + lastWords);
    }

    private static String shortened(String said) {
        String text = DIRECTORIES.matcher(said.strip()).replaceAll("");
        return text.length() <= LAST_WORDS ? text : text.substring(text.length() - LAST_WORDS);
    }
}
