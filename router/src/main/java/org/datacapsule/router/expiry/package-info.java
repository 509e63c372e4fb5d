/**
 * Carries out what {@link org.datacapsule.router.lifetime.LifetimeRule} says: warns owners, stops and deletes capsules
 * whose life is over, and lets owners extend it. Virtual threads.
 */
@NullMarked
package org.datacapsule.router.expiry;

import org.jspecify.annotations.NullMarked;
