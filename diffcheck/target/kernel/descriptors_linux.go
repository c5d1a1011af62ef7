package kernel

import (
	"fmt"

	"golang.org/x/sys/unix"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/diffcheck/target"
	"github.com/connspec/connspec/spec"
)

// closedFD is a number that is never open: a call on it finds what a call on a
// closed descriptor finds. A negative one would not do, since poll(2) passes
// over those.
const closedFD = 0x3fffffff

// file is what stands behind the descriptors of a script that were duplicated
// from one another. Whether a call may block depends on it.
type file struct {
	family   spec.Family
	typ      spec.SockType // 0: no socket
	nonblock bool
	ruleset  bool // of Landlock
	mptcp    bool
	ping     bool // a datagram socket of ICMP
	lingers  bool // SO_LINGER with a time: the last close may wait
}

// inetDgram says that it is a datagram or raw socket of the Internet families.
func (f file) inetDgram() bool {
	return (f.family == spec.AFInet || f.family == spec.AFInet6) && (f.typ == spec.SockDgram || f.typ == spec.SockRaw)
}

// descriptors maps the script's numbers to the process's.
type descriptors struct {
	real  [script.FDsMax]int32 // -1: not open
	which [script.FDsMax]int   // index in files
	files []file
	null  int32 // /dev/null, behind the script's 0, 1 and 2
	gone  int32 // stands where a descriptor is closed and its number reserved
	root  int   // the directory that dev/null is under

	// orphans says that the script has closed a stream socket: its connection
	// may live on without a descriptor.
	orphans bool

	// While a thread is blocked, the numbers that the script closes stay
	// taken: a call that a signal makes start again would otherwise find a
	// descriptor of another target there. What is behind them is opened with
	// O_PATH, which is EBADF to every call that a script makes (fdget).
	reserving bool
	reserved  []int32
}

func openDescriptors() (*descriptors, error) {
	fd, err := unix.Open("/dev/null", unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("kernel: /dev/null: %w", err)
	}
	gone, err := unix.Open("/dev/null", unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("kernel: /dev/null as a path: %w", err)
	}
	if err := widenTable(fd); err != nil {
		unix.Close(fd)
		unix.Close(gone)
		return nil, fmt.Errorf("kernel: more than 1000 descriptors: %w (ulimit -n)", err)
	}
	d := &descriptors{null: int32(fd), gone: int32(gone)}
	d.reset()
	return d, nil
}

func (d *descriptors) reset() {
	for i := range d.real {
		d.real[i] = -1
	}
	d.files = d.files[:0]
	d.orphans = false
}

// open reports whether the script has the descriptor open.
func (d *descriptors) open(fd int32) bool {
	return fd >= target.FirstFD && int(fd) < len(d.real) && d.real[fd] >= 0
}

// number gives the process's number.
func (d *descriptors) number(fd int32) uintptr {
	switch {
	case d.open(fd):
		return uintptr(d.real[fd])
	case fd >= 0 && fd < target.FirstFD:
		return uintptr(d.null)
	case fd < 0:
		return uintptr(fd)
	}
	return closedFD
}

// behind gives the file behind a descriptor, the zero file if it is not open.
func (d *descriptors) behind(fd int32) file {
	if !d.open(fd) {
		return file{}
	}
	return d.files[d.which[fd]]
}

// free gives the number that the script's process would get next, or -1 if
// the script has more open than a target carries.
func (d *descriptors) free() int32 {
	for i := target.FirstFD; i < len(d.real); i++ {
		if d.real[i] < 0 {
			return int32(i)
		}
	}
	return -1
}

// add gives a new file the script's number fd.
func (d *descriptors) add(fd int32, real uintptr, f file) {
	d.real[fd], d.which[fd] = int32(real), len(d.files)
	d.files = append(d.files, f)
}

// share gives the file behind from another number, to.
func (d *descriptors) share(from, to int32, real uintptr) {
	d.real[to], d.which[to] = int32(real), d.which[from]
}

// remove follows a close. kept says that the number is reserved.
func (d *descriptors) remove(fd int32, kept bool) {
	if !d.open(fd) {
		return
	}
	d.orphan(fd)
	if kept {
		d.reserved = append(d.reserved, d.real[fd])
	}
	d.real[fd] = -1
}

var abort = unix.Linger{Onoff: 1}

// end closes everything that the script has open, connections by RST; if told
// so the numbers stay reserved until release.
func (d *descriptors) end(keep bool) {
	for fd := int32(target.FirstFD); int(fd) < len(d.real); fd++ {
		real := d.real[fd]
		if real < 0 {
			continue
		}
		if f := d.behind(fd); f.typ != 0 && f.family != spec.AFUnix {
			unix.SetsockoptLinger(int(real), unix.SOL_SOCKET, unix.SO_LINGER, &abort)
		}
		if keep {
			unix.Dup3(int(d.gone), int(real), unix.O_CLOEXEC)
		} else {
			unix.Close(int(real))
		}
		if keep {
			d.reserved = append(d.reserved, real)
		}
		d.real[fd] = -1
	}
}

// orphan notes that the script gives up a descriptor.
func (d *descriptors) orphan(fd int32) {
	f := d.behind(fd)
	d.orphans = d.orphans || f.typ == spec.SockStream && f.family != spec.AFUnix
}

// release gives the reserved numbers away.
func (d *descriptors) release() {
	for _, real := range d.reserved {
		unix.Close(int(real))
	}
	d.reserved = d.reserved[:0]
}
