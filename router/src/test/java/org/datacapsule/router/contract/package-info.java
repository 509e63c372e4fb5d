/** The router held against its own OpenAPI document: everything here is driven by the document, whatever it has. */
@NullMarked
package org.datacapsule.router.contract;

import org.jspecify.annotations.NullMarked;
