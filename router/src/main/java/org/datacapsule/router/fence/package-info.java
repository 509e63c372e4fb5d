/** Making sure that a host which is not heard of is off, and having it do first things first when it is back. */
@NullMarked
package org.datacapsule.router.fence;

import org.jspecify.annotations.NullMarked;
