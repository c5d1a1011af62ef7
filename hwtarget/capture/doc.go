// Package capture writes frames to pcapng files, with comments on each, and
// reads them back. [NIC] wraps another NIC and captures what passes.
//
// A file appears under its name only when it is complete: it is written beside
// it and renamed by Close. Times are those of a stack's clock, taken as the
// time since 1970 in the file.
package capture
