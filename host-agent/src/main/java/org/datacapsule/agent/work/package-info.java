/** The threads of the agent, and how they sleep. */
@NullMarked
package org.datacapsule.agent.work;

import org.jspecify.annotations.NullMarked;
