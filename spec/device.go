package spec

// Device is a network interface by name, as SO_BINDTODEVICE takes it.
type Device uint8

const (
	DeviceNone   Device = iota // the empty name
	DeviceLo                   // "lo"
	DeviceEth0                 // "eth0", the interface of the wire
	DeviceAbsent               // a name that no interface has ("eth9" in scripts)
	DeviceCount
)

var deviceNames = [DeviceCount]string{DeviceLo: "lo", DeviceEth0: "eth0", DeviceAbsent: "eth9"}

func (d Device) String() string {
	if d < DeviceCount {
		return deviceNames[d]
	}
	return "eth?"
}

// ParseDevice reads what [Device.String] prints.
func ParseDevice(name string) (Device, bool) {
	for d, n := range deviceNames {
		if n == name {
			return Device(d), true
		}
	}
	return 0, false
}
