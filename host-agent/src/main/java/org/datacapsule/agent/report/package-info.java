/**
 * What the agent tells the routers: outcomes until acknowledged, heartbeats, progress; and its membership in the cluster. Virtual threads.
 */
@NullMarked
package org.datacapsule.agent.report;

import org.jspecify.annotations.NullMarked;
