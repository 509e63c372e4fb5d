/**
 * The steps a command goes through on a host, by name: what progress is reported as, and where a fault can be injected. Any thread.
 */
@NullMarked
package org.datacapsule.agent.step;

import org.jspecify.annotations.NullMarked;
