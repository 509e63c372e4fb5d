/**
 * What the scripts of this host's operator ask for when no router is there, and how: over a socket of the running agent, or in
 * the script's own process when no agent runs. Blocks, so it belongs on virtual threads.
 */
@NullMarked
package org.datacapsule.agent.local;

import org.jspecify.annotations.NullMarked;
