/** Fault injection that both programs have; configuration allows it in development only. */
@NullMarked
package org.datacapsule.common.fault;

import org.jspecify.annotations.NullMarked;
