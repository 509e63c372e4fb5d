/**
 * What the agent tells the routers: outcomes until acknowledged, heartbeats, progress; and its link to them. Virtual threads.
 */
@NullMarked
package org.datacapsule.agent.report;

import org.jspecify.annotations.NullMarked;
