package org.datacapsule.e2e;

import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Tests that are chapters: after one that failed the others fail at once, for they could say nothing. */
final class Story implements BeforeTestExecutionCallback, AfterTestExecutionCallback {
    private String failed = "";

    @Override
    public void beforeTestExecution(ExtensionContext context) {
        if (!failed.isEmpty()) {
            throw new IllegalStateException("not told, because an earlier chapter failed: " + failed);
        }
    }

    @Override
    public void afterTestExecution(ExtensionContext context) {
        if (failed.isEmpty() && context.getExecutionException().isPresent()) {
            failed = context.getDisplayName();
        }
    }
}
