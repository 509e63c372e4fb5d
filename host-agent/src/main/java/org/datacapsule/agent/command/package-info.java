/**
 * From a signed command to its outcome: verified, fenced, journaled, then done by one handler per command, one at a time per capsule. Runs on virtual threads; a handler reads as the list of its steps.
 */
@NullMarked
package org.datacapsule.agent.command;

import org.jspecify.annotations.NullMarked;
