package org.datacapsule.router.receipt;

import java.time.OffsetDateTime;
import org.datacapsule.common.wire.SignedReceipt;

/**
 * A receipt as it was recorded.
 *
 * @param number rises with each that is recorded
 * @param publicKey that its host signed with
 */
record KeptReceipt(long number, SignedReceipt signed, String publicKey, OffsetDateTime recordedAt) {}
