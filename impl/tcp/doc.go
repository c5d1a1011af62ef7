// Package tcp is the Transmission Control Protocol of RFC 9293 as a value: a
// Conn takes segments and the time, and gives segments, deadlines and events.
//
// A Conn has no goroutine, no clock and no socket, and it knows no addresses
// and no ports: its owner finds it for a segment, fills in the ports of what
// it sends, and translates events to errnos. After every call that may have
// changed something (Handle, Expire, Write, Read, Close …) the owner drains
// Next and asks for Deadline.
//
// Urgent data is taken as ordinary data.
//
// Where systems differ, Config names the point; Linux and BSD give the values.
package tcp
