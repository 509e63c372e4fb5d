/**
 * The files of the capsules: image cache, overlays, seeds. Calls block and belong on virtual threads; done again they find nothing left to do.
 */
@NullMarked
package org.datacapsule.agent.storage;

import org.jspecify.annotations.NullMarked;
