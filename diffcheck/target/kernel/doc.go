// Package kernel runs scripts on the kernel of this machine: calls as raw
// system calls, frames through the puppet at the far end of a veth pair.
//
// A run never sleeps to let the kernel work. veth runs the receiver in the
// sender's softirq, so when a call or an injected frame is through, all that
// it brings about without the passing of time is in the puppet's ring, and a
// thread that it wakes is runnable. A thread in a blocking call counts as
// settled when /proc says that it is asleep in that very call.
//
// Outputs of one event are recorded in this order: frames as they came, then
// the event's own return, then the returns of other threads by thread number.
package kernel
