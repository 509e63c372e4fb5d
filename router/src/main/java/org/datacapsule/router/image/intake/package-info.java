/**
 * Images that come as files, by upload or from a URL: rows that say how far each is, so that any router goes on with it,
 * and the way from a file that a stranger gave to an image of the catalogue.
 */
@NullMarked
package org.datacapsule.router.image.intake;

import org.jspecify.annotations.NullMarked;
