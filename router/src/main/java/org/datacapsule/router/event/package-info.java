/**
 * What happened to capsules, for front ends that wait for it: written in the transaction of what it tells of, published in
 * an order that a reader can go by. Virtual threads.
 */
@NullMarked
package org.datacapsule.router.event;

import org.jspecify.annotations.NullMarked;
