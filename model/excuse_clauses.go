package model

import "slices"

// excuses are kept by part, one clause on a line; each part has a file or a
// table of its own.
var excuses = slices.Concat(
	excusedOfForm,
	excusedOfAdvice,
	excusedOfKernel,
	excusedOfBSD,
	excusedOfPaths,
)

// excusedOfForm: clauses that say what a call looks like. Every rule keeps them
// by the form of [Call] and [Return], so none can be told apart by them.
var excusedOfForm = []Excuse{
	{"posix/synopsis/prototype", "It is the prototype: Call has its arguments, and no rule writes to an address."},
	{"posix/description/socket-argument", "It names an argument; what a bad one does is EBADF and ENOTSOCK."},
	{"posix/description/address-argument", "It names an argument; what a bad one does is EFAULT and EINVAL."},
	{"posix/description/length-argument", "It names an argument; what a bad one does is EINVAL."},
	{"posix/return-value/failure", "Every rule that fails returns -1: Return has no other form."},
	{"posix/return-value/errno", "Every rule that fails gives an errno: Return has no other form."},
	{"linux/synopsis/prototype", "It is the prototype: Call has its arguments, and no rule writes to an address."},
	{"linux/description/length-argument", "It names an argument; what a bad one does is EINVAL, which the page leaves out."},
	{"linux/description/address-format", "It says where the form of an address is laid down; the page does not say what another form does."},
	{"linux/return-value/failure", "Every rule that fails returns -1: Return has no other form."},
	{"linux/return-value/errno", "Every rule that fails gives an errno: Return has no other form."},
	{"macos/synopsis/prototype", "It is the prototype: Call has its arguments, and no rule writes to an address."},
	{"macos/description/socket-argument", "It names an argument; what a bad one does is EBADF and ENOTSOCK."},
	{"macos/return-values/failure", "Every rule that fails returns -1: Return has no other form."},
	{"macos/return-values/errno", "Every rule that fails gives an errno: Return has no other form."},
	{"macos/legacy-synopsis/types-header", "It is about compiling a program, not about what a call does."},
	{"osx/synopsis/prototype", "It is the prototype: Call has its arguments, and no rule writes to an address."},
	{"osx/description/socket-argument", "It names an argument; what a bad one does is EBADF and ENOTSOCK."},
	{"osx/return-values/failure", "Every rule that fails returns -1: Return has no other form."},
	{"osx/return-values/errno", "Every rule that fails gives an errno: Return has no other form."},
	{"osx/legacy-synopsis/types-header", "It is about compiling a program, not about what a call does."},
	{"targettcp/prototype/prototype", "It is the prototype: Call has its arguments, and no rule writes to an address."},
	{"targettcp/description/socket-argument", "It names an argument; what a bad one does is ENOTSOCK."},
	{"targettcp/description/address-argument", "It names an argument; what a bad one does is EFAULT, EINVAL and EAFNOSUPPORT."},
	{"targettcp/description/failure", "Every rule that fails returns -1: Return has no other form."},
	{"targettcp/description/errno", "Every rule that fails gives an errno: Return has no other form."},
}

// excusedOfAdvice: clauses that bind no system, or leave open what no trace
// could show.
var excusedOfAdvice = []Excuse{
	{"posix/description/connected-word", "It gives a second name to what another clause demands."},
	{"posix/description/autobind-choice", "It leaves the choice of a name open, and the model's ports have no numbers: any choice keeps it."},
	{"posix/description/privileges", "It permits a check of privileges that no system here makes for connect."},
	{"posix/application-usage/new-socket", "It is advice to programs."},
	{"linux/description/unspec-since", "It is the history of another clause."},
	{"linux/errors/ETIMEDOUT-busy", "It explains a cause that no frame can tell from a host that is off."},
	{"linux/errors/ETIMEDOUT-syncookies", "It explains how long the wait can be, and the model has no clock."},
	{"linux/conforming-to/standards", "It names the standards that the page follows."},
	{"linux/conforming-to/svr4-codes", "It is about another system, and hidden from readers of the page."},
	{"linux/notes/new-socket", "It is advice to programs."},
	{"macos/description/address-interpretation", "It hands the meaning of addresses over to the families, each of which has its rules."},
	{"osx/description/address-interpretation", "It hands the meaning of addresses over to the families, each of which has its rules."},
	{"macos/errors/unix/future", "It speaks of a system that is not yet there."},
	{"osx/errors/unix/future", "It speaks of a system that is not yet there."},
	{"macos/errors/unix/ELOOP-loop", "It explains the limit that another clause sets."},
	{"osx/errors/unix/ELOOP-loop", "It explains the limit that another clause sets."},
	{"targettcp/description/autobind-choice", "It leaves the choice of a name open, and the model's ports have no numbers: any choice keeps it."},
	{"targettcp/example/close-failed", "It is advice to programs."},
}

// excusedOfKernel: errors of which no call or frame is the cause.
var excusedOfKernel = []Excuse{
	{"posix/errors/may/ENOBUFS", "Only a failing allocation brings it about, which no call or frame can cause at will."},
	{"macos/errors/ENOBUFS", "Only a failing allocation brings it about, which no call or frame can cause at will."},
	{"osx/errors/ENOBUFS", "Only a failing allocation brings it about, which no call or frame can cause at will."},
	{"targettcp/errors/ENOBUFS", "Only a failing allocation brings it about, which no call or frame can cause at will."},
	{"targettcp/errors/ENETDOWN", "It is about a stack that nobody has started, and the model starts from one that runs."},
	{"posix/errors/unix/EIO", "Only a failing disk brings it about, which no call can cause at will."},
	{"macos/errors/unix/EIO", "Only a failing disk brings it about, which no call can cause at will."},
	{"osx/errors/unix/EIO", "Only a failing disk brings it about, which no call can cause at will."},
	{"linux/errors/EACCES-selinux", "It takes a policy of a security module, which the model has none of."},
	{"linux/errors/EPERM-broadcast", "Of the two errnos of this entry Linux gives EACCES."},
	{"linux/errors/EAGAIN-routing", "Linux has had no routing cache since version 3.6: nothing can bring it about."},
}
