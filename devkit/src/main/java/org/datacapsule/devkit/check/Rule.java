package org.datacapsule.devkit.check;

/** What is checked. */
public enum Rule {
    /** Every acknowledged command took effect exactly once or failed with a stated cause; no other did. */
    EXACTLY_ONCE,
    /** Nothing is under way past its deadline, or for ever. */
    NOTHING_PENDING,
    /** No capsule runs on two hosts, and each is where and what its row says. */
    ONE_HOME,
    /** What a host has belongs to a capsule that lives there. */
    NO_LEAK_ON_HOSTS,
    /** Ports, addresses and quota are held by those who should, and by nobody else. */
    NO_LEAK_IN_ROWS,
    /** Restricted data is never attached under an open policy, and each switch has its receipt. */
    DATA_STAYS_IN,
    /** What a user uses is the sum over rows, never more than the limit, and nothing of what is deleted. */
    QUOTA,
    /** A result is neither lost nor there twice, and leaves on a reviewer's decision alone. */
    RESULTS,
    /** A generation never goes back, and the guest has that of its row. */
    GENERATIONS_GROW,
    /** The audit chain is whole, and has every command and its end. */
    AUDITED,
    /** Nobody does what he is not made for: a program failed in a way nobody foresaw. */
    NO_SURPRISE
}
