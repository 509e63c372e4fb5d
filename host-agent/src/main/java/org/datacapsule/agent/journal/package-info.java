/**
 * What this agent has been told to do, on disk, so that a crash at any moment loses nothing. Any thread; calls write files.
 */
@NullMarked
package org.datacapsule.agent.journal;

import org.jspecify.annotations.NullMarked;
