package ui

import (
	"sync"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// IconName is a Lucide icon in our sprite. Use the constants: a test compares them with the list the sprite is made
// from, so that no icon is missing on a screen.
type IconName string

// The icons of the product.
const (
	IconActivity      IconName = "activity"
	IconArrowDown     IconName = "arrow-down"
	IconArrowDownUp   IconName = "arrow-down-up"
	IconArrowLeft     IconName = "arrow-left"
	IconArrowRight    IconName = "arrow-right"
	IconArrowUp       IconName = "arrow-up"
	IconBadgeCheck    IconName = "badge-check"
	IconBan           IconName = "ban"
	IconBell          IconName = "bell"
	IconBookOpen      IconName = "book-open"
	IconBuilding      IconName = "building-2"
	IconCalendar      IconName = "calendar"
	IconCheck         IconName = "check"
	IconChevronDown   IconName = "chevron-down"
	IconChevronLeft   IconName = "chevron-left"
	IconChevronRight  IconName = "chevron-right"
	IconChevronUp     IconName = "chevron-up"
	IconCircle        IconName = "circle"
	IconCircleAlert   IconName = "circle-alert"
	IconCircleCheck   IconName = "circle-check"
	IconCircleDashed  IconName = "circle-dashed"
	IconCircleHelp    IconName = "circle-question-mark"
	IconCircleMinus   IconName = "circle-minus"
	IconCircleUser    IconName = "circle-user"
	IconCircleX       IconName = "circle-x"
	IconClock         IconName = "clock"
	IconCloudOff      IconName = "cloud-off"
	IconCloudUpload   IconName = "cloud-upload"
	IconCommand       IconName = "command"
	IconCopy          IconName = "copy"
	IconCreditCard    IconName = "credit-card"
	IconDownload      IconName = "download"
	IconEllipsis      IconName = "ellipsis-vertical"
	IconExternalLink  IconName = "external-link"
	IconEye           IconName = "eye"
	IconEyeOff        IconName = "eye-off"
	IconFileText      IconName = "file-text"
	IconFilter        IconName = "filter"
	IconFolderTree    IconName = "folder-tree"
	IconGlobe         IconName = "globe"
	IconHand          IconName = "hand"
	IconHeadset       IconName = "headset"
	IconHistory       IconName = "history"
	IconHome          IconName = "house"
	IconHourglass     IconName = "hourglass"
	IconIdCard        IconName = "id-card"
	IconInbox         IconName = "inbox"
	IconInfo          IconName = "info"
	IconKey           IconName = "key-round"
	IconKeyboard      IconName = "keyboard"
	IconLanguages     IconName = "languages"
	IconLayers        IconName = "layers"
	IconLifeBuoy      IconName = "life-buoy"
	IconLink          IconName = "link"
	IconList          IconName = "list"
	IconLoader        IconName = "loader-circle"
	IconLock          IconName = "lock"
	IconLogIn         IconName = "log-in"
	IconLogOut        IconName = "log-out"
	IconMail          IconName = "mail"
	IconMenu          IconName = "menu"
	IconMessage       IconName = "message-square"
	IconMinus         IconName = "minus"
	IconMonitor       IconName = "monitor"
	IconMoon          IconName = "moon"
	IconPalette       IconName = "palette"
	IconPanelLeft     IconName = "panel-left"
	IconPencil        IconName = "pencil"
	IconPhone         IconName = "phone"
	IconPlug          IconName = "plug"
	IconPlus          IconName = "plus"
	IconReceipt       IconName = "receipt"
	IconRefresh       IconName = "refresh-cw"
	IconRestore       IconName = "rotate-ccw"
	IconSave          IconName = "save"
	IconSearch        IconName = "search"
	IconSend          IconName = "send"
	IconServer        IconName = "server"
	IconSettings      IconName = "settings"
	IconShield        IconName = "shield"
	IconShieldAlert   IconName = "shield-alert"
	IconShieldCheck   IconName = "shield-check"
	IconShieldUser    IconName = "shield-user"
	IconSmartphone    IconName = "smartphone"
	IconSquarePen     IconName = "square-pen"
	IconSun           IconName = "sun"
	IconTicket        IconName = "ticket"
	IconTimer         IconName = "timer"
	IconTrash         IconName = "trash-2"
	IconTriangleAlert IconName = "triangle-alert"
	IconUndo          IconName = "undo-2"
	IconUnlock        IconName = "lock-open"
	IconUpload        IconName = "upload"
	IconUser          IconName = "user"
	IconUserCheck     IconName = "user-check"
	IconUserPlus      IconName = "user-plus"
	IconUserX         IconName = "user-x"
	IconUsers         IconName = "users"
	IconWifi          IconName = "wifi"
	IconWifiOff       IconName = "wifi-off"
	IconX             IconName = "x"
)

const svgNamespace = "http://www.w3.org/2000/svg"

// Icon draws an icon of the sprite in the colour of the text. It is silent: the word stands beside it, or the control
// has a label.
func Icon(name IconName) app.UI {
	if name == "" {
		return nil
	}
	return app.Elem("svg").XMLNS(svgNamespace).Class("icon").
		Attr("aria-hidden", "true").
		Attr("focusable", "false").
		Body(app.Elem("use").XMLNS(svgNamespace).Attr("href", spriteURL()+"#"+string(name)))
}

// spriteURL is the hashed address of the sprite, which the shell document carries in <meta name="icon-sprite">.
var spriteURL = sync.OnceValue(func() string {
	url := "/web/icons.svg"
	quiet(func() {
		if meta := document().Call("querySelector", "meta[name=icon-sprite]"); meta.Truthy() {
			url = meta.Get("content").String()
		}
	})
	return url
})
