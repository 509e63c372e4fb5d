/** Where rows and hosts disagreed, and what was done about it. Written in the transaction of the repair. */
@NullMarked
package org.datacapsule.router.drift;

import org.jspecify.annotations.NullMarked;
