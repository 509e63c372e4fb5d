/**
 * Mode receipts: what hosts testify of changes of mode. They are checked and kept with the outcome they come with, shown,
 * and verified again by whoever doubts. Virtual threads.
 */
@NullMarked
package org.datacapsule.router.receipt;

import org.jspecify.annotations.NullMarked;
