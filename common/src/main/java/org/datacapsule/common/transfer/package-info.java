/**
 * Image files on their way from one machine to another: the door they are fetched at, and the fetching, which goes on after a
 * cut and takes nothing for the image but what has its SHA-256. The door works on Vert.x's threads; fetching blocks.
 */
@NullMarked
package org.datacapsule.common.transfer;

import org.jspecify.annotations.NullMarked;
