/**
 * Which host should have which image, where it can get it, and how far that is. What should be is in the catalogue, what is in
 * the hosts' heartbeats; hosts are told the difference.
 */
@NullMarked
package org.datacapsule.router.image.distribution;

import org.jspecify.annotations.NullMarked;
