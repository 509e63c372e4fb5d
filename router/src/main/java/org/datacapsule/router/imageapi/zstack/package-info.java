/**
 * ZStack's images (/zstack/v1): calls that change something answer with the address of a job, which says how they ended.
 */
@NullMarked
package org.datacapsule.router.imageapi.zstack;

import org.jspecify.annotations.NullMarked;
