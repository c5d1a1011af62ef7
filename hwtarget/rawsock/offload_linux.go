package rawsock

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// ethtoolValue is struct ethtool_value of <linux/ethtool.h>.
type ethtoolValue struct{ cmd, data uint32 }

type ifreqData struct {
	name [unix.IFNAMSIZ]byte
	data unsafe.Pointer
	_    [24 - unsafe.Sizeof(uintptr(0))]byte
}

func ethtool(fd int, name string, v *ethtoolValue) error {
	var ifr ifreqData
	if len(name) >= len(ifr.name) {
		return unix.EINVAL
	}
	copy(ifr.name[:], name)
	ifr.data = unsafe.Pointer(v)
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.SIOCETHTOOL, uintptr(unsafe.Pointer(&ifr)))
	if errno != 0 {
		return errno
	}
	return nil
}

// Offloads switches the interface's checksum, segmentation and merging
// offloads off, so that what other ends see of it are whole frames with
// finished checksums. fd is any socket in the interface's namespace. Needs
// CAP_NET_ADMIN. An offload that the device does not have is off already.
func Offloads(fd int, name string) error {
	// Without transmit checksums the kernel drops TSO by itself
	// (netdev_fix_features).
	for _, cmd := range [...]uint32{unix.ETHTOOL_STXCSUM, unix.ETHTOOL_SGRO} {
		err := ethtool(fd, name, &ethtoolValue{cmd: cmd})
		if err != nil && err != unix.EOPNOTSUPP {
			return fmt.Errorf("rawsock: offloads of %s off (ethtool command %#x): %w", name, cmd, err)
		}
	}
	return nil
}

// Linked reports whether the interface has a carrier, having brought the
// kernel's idea of it up to date: a change of carrier is otherwise acted upon
// by a work queue some time later, and until then the interface drops what it
// should send (linkwatch_sync_dev).
func Linked(fd int, name string) (bool, error) {
	v := ethtoolValue{cmd: unix.ETHTOOL_GLINK}
	if err := ethtool(fd, name, &v); err != nil {
		return false, fmt.Errorf("rawsock: link state of %s: %w", name, err)
	}
	return v.data != 0, nil
}

// Up sets the interface up. fd is any socket in its namespace.
func Up(fd int, name string) error { return setFlags(fd, name, unix.IFF_UP, 0) }

// Down sets the interface down.
func Down(fd int, name string) error { return setFlags(fd, name, 0, unix.IFF_UP) }

func setFlags(fd int, name string, set, clear uint16) error {
	ifr, err := unix.NewIfreq(name)
	if err != nil {
		return err
	}
	if err := unix.IoctlIfreq(fd, unix.SIOCGIFFLAGS, ifr); err != nil {
		return fmt.Errorf("rawsock: flags of %s: %w", name, err)
	}
	ifr.SetUint16(ifr.Uint16()&^clear | set)
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, ifr); err != nil {
		return fmt.Errorf("rawsock: flags of %s: %w", name, err)
	}
	return nil
}

func interfaceMAC(fd int, name string) (mac [6]byte, err error) {
	var ifr struct {
		name [unix.IFNAMSIZ]byte
		addr unix.RawSockaddr
		_    [8]byte
	}
	copy(ifr.name[:len(ifr.name)-1], name)
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.SIOCGIFHWADDR, uintptr(unsafe.Pointer(&ifr)))
	if errno != 0 {
		return mac, fmt.Errorf("hardware address: %w", errno)
	}
	for i := range mac {
		mac[i] = byte(ifr.addr.Data[i])
	}
	return mac, nil
}
