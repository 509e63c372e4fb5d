/**
 * Network policies: the firewall's configuration, parsed strictly. Any thread.
 */
@NullMarked
package org.datacapsule.common.policy;

import org.jspecify.annotations.NullMarked;
