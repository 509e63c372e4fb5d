package org.datacapsule.agent.result;

/**
 * The step boundaries of a result on its way through this host: the named thing has just been done, and nothing after it.
 * An agent that dies at any of them and is started again loses no result it has said yes to; tests walk them all.
 */
public enum ResultStep {
    DRAFT_BEGUN,
    ARCHIVE_SYNCED,
    SPOOLED,
    COUNTED,
    ANSWERED,
    SHIPPING_BEGUN,
    CHUNK_SHIPPED,
    STORED,
    FORGOTTEN
}
