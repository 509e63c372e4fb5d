/**
 * Fetching files from addresses that users name, without being led to where only the router may go. Blocks.
 */
@NullMarked
package org.datacapsule.router.image.source;

import org.jspecify.annotations.NullMarked;
