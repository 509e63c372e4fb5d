/**
 * Where the content of images is kept, by its SHA-256, and where it is written before that. All routers have the same.
 */
@NullMarked
package org.datacapsule.router.image.depot;

import org.jspecify.annotations.NullMarked;
