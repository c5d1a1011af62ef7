//go:build cgo

package main

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/connspec/connspec/hwtarget/packetdrill/stage"
	"github.com/connspec/connspec/impl"
	"github.com/connspec/connspec/spec"
)

// process is what packetdrill's process has of the stack for one script.
type process struct {
	stage *stage.Stage

	mu      sync.Mutex
	files   map[int32]int32     // the host's descriptors, by the placeholders that stand for them here
	watched map[[2]int32]uint64 // what epoll gives back, by the two descriptors of the host
}

// current is the script that runs; packetdrill begins each with its init.
var current *process

// The MAC addresses of the host and of the gateway; no frame leaves the process.
var (
	hostMAC    = [6]byte{0x02, 0, 0, 0, 0, 1}
	gatewayMAC = [6]byte{0x02, 0, 0, 0, 0, 2}
)

// newProcess starts a host as --so_flags say.
func newProcess(flags string) (*process, error) {
	cfg, err := config(flags)
	if err != nil {
		return nil, err
	}
	return &process{stage: stage.New(cfg, gatewayMAC), files: map[int32]int32{}, watched: map[[2]int32]uint64{}}, nil
}

// config reads --so_flags: settings apart by commas.
func config(flags string) (impl.Config, error) {
	cfg := impl.Config{Dialect: spec.Linux, MAC: hostMAC, MTU: 1500, InvalidLimit: -1, Seed: 1}
	for i, setting := range strings.Split(flags, ",") {
		if setting == "" {
			continue
		}
		name, value, _ := strings.Cut(setting, "=")
		var err error
		switch name {
		case "local":
			var prefix netip.Prefix
			prefix, err = netip.ParsePrefix(value)
			cfg.Addrs = append(cfg.Addrs, prefix)
		case "mtu":
			cfg.MTU, err = strconv.Atoi(value)
		case "seed":
			cfg.Seed, err = strconv.ParseUint(value, 0, 64)
		default:
			err = errors.New("a setting is local=ADDRESS/BITS, mtu=N or seed=N")
		}
		if err != nil {
			return cfg, fmt.Errorf("--so_flags, setting %d (%q): %w", i+1, setting, err)
		}
	}
	if len(cfg.Addrs) == 0 {
		return cfg, errors.New("--so_flags: no address: say local=ADDRESS/BITS")
	}
	for _, prefix := range cfg.Addrs {
		gateway := gatewayOf(prefix)
		every := netip.PrefixFrom(netip.IPv4Unspecified(), 0)
		if gateway.Is6() {
			every = netip.PrefixFrom(netip.IPv6Unspecified(), 0)
		}
		cfg.Routes = append(cfg.Routes, impl.Route{Prefix: every, Gateway: gateway})
		cfg.Neighbors = append(cfg.Neighbors, impl.Neighbor{Addr: gateway, MAC: gatewayMAC})
	}
	return cfg, nil
}

// gatewayOf is an address beside the host's: all packets go there.
func gatewayOf(p netip.Prefix) netip.Addr {
	if next := p.Addr().Next(); p.Contains(next) {
		return next
	}
	return p.Addr().Prev()
}

// leads says whether this is the thread that moves the clock: the process's first.
func leads(tid int) bool { return tid == os.Getpid() }

// call makes a call on behalf of the thread that runs.
func (p *process) call(c *spec.Call) spec.Result {
	tid := unix.Gettid()
	return p.stage.Call(tid, leads(tid), c)
}

// now is the clock in microseconds.
func (p *process) now() int64 {
	return int64(epoch+p.stage.Now(unix.Gettid())) / int64(time.Microsecond)
}

// epoch is when the clock of a Stage began, for gettimeofday.
const epoch = 1e6 * time.Second

// file is the host's descriptor behind a placeholder; -1 for any other number, which
// the host does not have either.
func (p *process) file(fd int32) int32 {
	p.mu.Lock()
	defer p.mu.Unlock()
	if f, ok := p.files[fd]; ok {
		return f
	}
	return -1
}

// opened gives a descriptor of the host a placeholder: packetdrill closes those that a
// script leaves open by itself.
func (p *process) opened(r spec.Result) int64 {
	if r.Failed() {
		return negative(r.Errno)
	}
	fd, err := unix.Open("/dev/null", unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return negative(spec.EMFILE)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.files[int32(fd)] = r.Ret
	return int64(fd)
}

// close closes a descriptor and its placeholder.
func (p *process) close(fd int32) int64 {
	r := p.call(&spec.Call{Op: spec.OpClose, FD: p.file(fd)})
	p.mu.Lock()
	_, own := p.files[fd]
	delete(p.files, fd)
	p.mu.Unlock()
	if own {
		unix.Close(int(fd))
	}
	return value(r)
}

// value is what a call that has no other result says.
func value(r spec.Result) int64 {
	if r.Failed() {
		return negative(r.Errno)
	}
	return int64(r.Ret)
}
