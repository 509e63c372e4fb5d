/** Buckets of anything that speaks S3, for whatever keeps its content there. Blocks; any thread. */
@NullMarked
package org.datacapsule.router.s3;

import org.jspecify.annotations.NullMarked;
