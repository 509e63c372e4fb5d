/**
 * Where disk files come from, and what they were exposed to: the second guard that nothing of secure mode gets out. Virtual threads.
 */
@NullMarked
package org.datacapsule.router.lineage;

import org.jspecify.annotations.NullMarked;
