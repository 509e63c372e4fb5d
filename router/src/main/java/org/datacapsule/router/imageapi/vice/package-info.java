/**
 * The ViCE image registry (seed 003): images with a file each, environments that they come from or go to, and deployments,
 * of which this cluster takes those to itself.
 */
@NullMarked
package org.datacapsule.router.imageapi.vice;

import org.jspecify.annotations.NullMarked;
