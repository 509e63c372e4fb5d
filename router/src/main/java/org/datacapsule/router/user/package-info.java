/**
 * Users, as tokens name them: their rows, their email and their quota.
 */
@NullMarked
package org.datacapsule.router.user;

import org.jspecify.annotations.NullMarked;
