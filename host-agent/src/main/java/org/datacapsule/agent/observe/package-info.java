/**
 * What this host has of its capsules, seen through the port. Blocks, so it belongs on virtual threads.
 */
@NullMarked
package org.datacapsule.agent.observe;

import org.jspecify.annotations.NullMarked;
