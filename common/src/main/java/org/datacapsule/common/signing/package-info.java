/**
 * Signed commands, which a router signs and an agent verifies, and signed reports and receipts, where it is the other way round. Any
 * thread.
 */
@NullMarked
package org.datacapsule.common.signing;

import org.jspecify.annotations.NullMarked;
