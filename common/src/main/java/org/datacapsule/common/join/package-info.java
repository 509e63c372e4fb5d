/**
 * How a machine that has nothing but a token becomes a host of the fleet. What router and agent say to each other for it is safe
 * on a connection that others read and write: they prove the token's secret to each other and never send it. Any thread.
 */
@NullMarked
package org.datacapsule.common.join;

import org.jspecify.annotations.NullMarked;
