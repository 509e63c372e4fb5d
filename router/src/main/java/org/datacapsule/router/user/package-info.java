/**
 * Users, as tokens name them: their SSH key and their quota.
 */
@NullMarked
package org.datacapsule.router.user;

import org.jspecify.annotations.NullMarked;
