// Package transfer holds the tests in which impl, as the host that
// impl/netconn makes of it, and programs of this machine exchange data over a
// real wire, checksummed: over one that does as it should, and over one that
// loses, doubles, reorders and spoils frames.
package transfer
