/**
 * The agent's command line. Main thread only.
 */
@NullMarked
package org.datacapsule.agent.cli;

import org.jspecify.annotations.NullMarked;
