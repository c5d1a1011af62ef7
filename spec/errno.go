package spec

// Errno is an error of the socket interface by name. Its value is connspec's
// own; [Errno.Number] gives a system's number. The zero Errno is no error.
type Errno uint8

const (
	ENONE Errno = iota
	EPERM
	ENOENT
	EINTR
	EIO
	ENXIO
	EBADF
	EAGAIN
	ENOMEM
	EACCES
	EFAULT
	EEXIST
	ENODEV
	ENOTDIR
	EINVAL
	ENFILE
	EMFILE
	ENOTTY
	ENOSPC
	EPIPE
	ENAMETOOLONG
	ENOSYS
	ELOOP
	ENONET
	EPROTO
	EOVERFLOW
	ENOTSOCK
	EDESTADDRREQ
	EMSGSIZE
	EPROTOTYPE
	ENOPROTOOPT
	EPROTONOSUPPORT
	ESOCKTNOSUPPORT
	EOPNOTSUPP
	EAFNOSUPPORT
	EADDRINUSE
	EADDRNOTAVAIL
	ENETDOWN
	ENETUNREACH
	ENETRESET
	ECONNABORTED
	ECONNRESET
	ENOBUFS
	EISCONN
	ENOTCONN
	ETIMEDOUT
	ECONNREFUSED
	EHOSTDOWN
	EHOSTUNREACH
	EALREADY
	EINPROGRESS
	ErrnoCount
)

// System is an operating system, as far as it numbers errors.
type System uint8

const (
	SystemLinux System = iota
	SystemDarwin
	SystemFreeBSD
	systemCount
)

type errnoRow struct {
	name    string
	text    string // as strace and strerror(3) of glibc print it
	numbers [systemCount]int
}

// errnos holds 0 where a system has no such error.
var errnos = [ErrnoCount]errnoRow{
	ENONE:           {"0", "Success", [systemCount]int{}},
	EPERM:           {"EPERM", "Operation not permitted", [systemCount]int{1, 1, 1}},
	ENOENT:          {"ENOENT", "No such file or directory", [systemCount]int{2, 2, 2}},
	EINTR:           {"EINTR", "Interrupted system call", [systemCount]int{4, 4, 4}},
	EIO:             {"EIO", "Input/output error", [systemCount]int{5, 5, 5}},
	ENXIO:           {"ENXIO", "No such device or address", [systemCount]int{6, 6, 6}},
	EBADF:           {"EBADF", "Bad file descriptor", [systemCount]int{9, 9, 9}},
	EAGAIN:          {"EAGAIN", "Resource temporarily unavailable", [systemCount]int{11, 35, 35}},
	ENOMEM:          {"ENOMEM", "Cannot allocate memory", [systemCount]int{12, 12, 12}},
	EACCES:          {"EACCES", "Permission denied", [systemCount]int{13, 13, 13}},
	EFAULT:          {"EFAULT", "Bad address", [systemCount]int{14, 14, 14}},
	EEXIST:          {"EEXIST", "File exists", [systemCount]int{17, 17, 17}},
	ENODEV:          {"ENODEV", "No such device", [systemCount]int{19, 19, 19}},
	ENOTDIR:         {"ENOTDIR", "Not a directory", [systemCount]int{20, 20, 20}},
	EINVAL:          {"EINVAL", "Invalid argument", [systemCount]int{22, 22, 22}},
	ENFILE:          {"ENFILE", "Too many open files in system", [systemCount]int{23, 23, 23}},
	EMFILE:          {"EMFILE", "Too many open files", [systemCount]int{24, 24, 24}},
	ENOTTY:          {"ENOTTY", "Inappropriate ioctl for device", [systemCount]int{25, 25, 25}},
	ENOSPC:          {"ENOSPC", "No space left on device", [systemCount]int{28, 28, 28}},
	EPIPE:           {"EPIPE", "Broken pipe", [systemCount]int{32, 32, 32}},
	ENAMETOOLONG:    {"ENAMETOOLONG", "File name too long", [systemCount]int{36, 63, 63}},
	ENOSYS:          {"ENOSYS", "Function not implemented", [systemCount]int{38, 78, 78}},
	ELOOP:           {"ELOOP", "Too many levels of symbolic links", [systemCount]int{40, 62, 62}},
	ENONET:          {"ENONET", "Machine is not on the network", [systemCount]int{64, 0, 0}},
	EPROTO:          {"EPROTO", "Protocol error", [systemCount]int{71, 100, 92}},
	EOVERFLOW:       {"EOVERFLOW", "Value too large for defined data type", [systemCount]int{75, 84, 84}},
	ENOTSOCK:        {"ENOTSOCK", "Socket operation on non-socket", [systemCount]int{88, 38, 38}},
	EDESTADDRREQ:    {"EDESTADDRREQ", "Destination address required", [systemCount]int{89, 39, 39}},
	EMSGSIZE:        {"EMSGSIZE", "Message too long", [systemCount]int{90, 40, 40}},
	EPROTOTYPE:      {"EPROTOTYPE", "Protocol wrong type for socket", [systemCount]int{91, 41, 41}},
	ENOPROTOOPT:     {"ENOPROTOOPT", "Protocol not available", [systemCount]int{92, 42, 42}},
	EPROTONOSUPPORT: {"EPROTONOSUPPORT", "Protocol not supported", [systemCount]int{93, 43, 43}},
	ESOCKTNOSUPPORT: {"ESOCKTNOSUPPORT", "Socket type not supported", [systemCount]int{94, 44, 44}},
	EOPNOTSUPP:      {"EOPNOTSUPP", "Operation not supported", [systemCount]int{95, 102, 45}},
	EAFNOSUPPORT:    {"EAFNOSUPPORT", "Address family not supported by protocol", [systemCount]int{97, 47, 47}},
	EADDRINUSE:      {"EADDRINUSE", "Address already in use", [systemCount]int{98, 48, 48}},
	EADDRNOTAVAIL:   {"EADDRNOTAVAIL", "Cannot assign requested address", [systemCount]int{99, 49, 49}},
	ENETDOWN:        {"ENETDOWN", "Network is down", [systemCount]int{100, 50, 50}},
	ENETUNREACH:     {"ENETUNREACH", "Network is unreachable", [systemCount]int{101, 51, 51}},
	ENETRESET:       {"ENETRESET", "Network dropped connection on reset", [systemCount]int{102, 52, 52}},
	ECONNABORTED:    {"ECONNABORTED", "Software caused connection abort", [systemCount]int{103, 53, 53}},
	ECONNRESET:      {"ECONNRESET", "Connection reset by peer", [systemCount]int{104, 54, 54}},
	ENOBUFS:         {"ENOBUFS", "No buffer space available", [systemCount]int{105, 55, 55}},
	EISCONN:         {"EISCONN", "Transport endpoint is already connected", [systemCount]int{106, 56, 56}},
	ENOTCONN:        {"ENOTCONN", "Transport endpoint is not connected", [systemCount]int{107, 57, 57}},
	ETIMEDOUT:       {"ETIMEDOUT", "Connection timed out", [systemCount]int{110, 60, 60}},
	ECONNREFUSED:    {"ECONNREFUSED", "Connection refused", [systemCount]int{111, 61, 61}},
	EHOSTDOWN:       {"EHOSTDOWN", "Host is down", [systemCount]int{112, 64, 64}},
	EHOSTUNREACH:    {"EHOSTUNREACH", "No route to host", [systemCount]int{113, 65, 65}},
	EALREADY:        {"EALREADY", "Operation already in progress", [systemCount]int{114, 37, 37}},
	EINPROGRESS:     {"EINPROGRESS", "Operation now in progress", [systemCount]int{115, 36, 36}},
}

// String is the name in <errno.h>, or "0" for no error.
func (e Errno) String() string {
	if e < ErrnoCount {
		return errnos[e].name
	}
	return "E?"
}

// Text is the message that strerror(3) gives for the error on Linux.
func (e Errno) Text() string {
	if e < ErrnoCount {
		return errnos[e].text
	}
	return "Unknown error"
}

// Error makes Errno an error.
func (e Errno) Error() string { return e.String() + " (" + e.Text() + ")" }

// Number is the value in the <errno.h> of a system; ok is false where the
// system has no such error.
func (e Errno) Number(s System) (n int, ok bool) {
	if e >= ErrnoCount || s >= systemCount {
		return 0, false
	}
	n = errnos[e].numbers[s]
	return n, n != 0 || e == ENONE
}

// ErrnoFromNumber finds the error that a system numbers n. Linux gives
// EWOULDBLOCK and ENOTSUP the numbers of EAGAIN and EOPNOTSUPP.
func ErrnoFromNumber(s System, n int) (Errno, bool) {
	if n == 0 {
		return ENONE, true
	}
	for e := range errnos {
		if errnos[e].numbers[s] == n {
			return Errno(e), true
		}
	}
	return 0, false
}

// ParseErrno finds an error by name.
func ParseErrno(name string) (Errno, bool) {
	for e := range errnos {
		if errnos[e].name == name {
			return Errno(e), true
		}
	}
	return 0, false
}
