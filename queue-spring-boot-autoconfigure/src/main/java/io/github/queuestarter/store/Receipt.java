package io.github.queuestarter.store;

/**
 * What a store needs to find a delivery again. Opaque to everyone else; equal receipts
 * mean the same message of the same group.
 */
public interface Receipt {

}
