/**
 * The image catalogue, as far as capsules need it.
 */
@NullMarked
package org.datacapsule.router.image;

import org.jspecify.annotations.NullMarked;
