"""The sentences that scripts in the browser show, given to a page as JSON under their Vietnamese ids."""

from __future__ import annotations

from hocvuso.language import N_, Language

BROWSER = (
    N_("Đang tải câu trả lời…"),
    N_("Đang lưu…"),
    N_("Đã lưu"),
    N_("Mất mạng: câu trả lời được giữ trên thiết bị này và sẽ tự gửi khi có mạng."),
    N_("Máy chủ chưa lưu được; câu trả lời được giữ trên thiết bị này và sẽ tự gửi lại."),
    N_(
        "Máy chủ hết chỗ lưu. Câu trả lời được giữ trên thiết bị này và sẽ tự gửi lại; hãy báo người vận hành."
    ),
    N_("Câu trả lời này chưa được lưu vì chưa đúng dạng hoặc quá dài. Hãy sửa lại."),
    N_("Thiết bị khác đã sửa câu trả lời này. Câu trả lời ở đây mới hơn nên được giữ."),
    N_(
        "Thiết bị khác đã sửa câu trả lời này sau anh/chị. Câu trả lời mới hơn đó được giữ và đang hiện ở đây."
    ),
    N_("Hãy đăng nhập lại. Câu trả lời được giữ trên thiết bị này và sẽ tự gửi sau khi đăng nhập."),
    N_("Đăng nhập lại"),
    N_("Đã trả lời {n}/{all} câu"),
    N_("Đang nộp bài…"),
    N_("Chưa nộp được bài. Câu trả lời vẫn còn; hãy thử lại."),
    N_("Chưa nộp được bài vì còn câu trả lời chưa gửi được. Hãy thử lại khi có mạng."),
    N_("Còn {n} câu chưa trả lời. Anh/chị có muốn nộp bài không?"),
    N_("Anh/chị có thể làm lại và nộp lại sau."),
    N_("Nộp luôn"),
    N_("Làm tiếp"),
    N_("Chưa hiện được câu hỏi này. Hãy tải lại trang."),
    N_("Ví dụ tương tác: {title}"),
    N_("Mở riêng ví dụ này"),
    N_("Các phần của bài"),
    N_("Phần trước"),
    N_("Phần tiếp"),
    N_("Phần {n}/{all}"),
)


def browser_messages(tell: Language) -> dict[str, str]:
    """Each message by its id, in the reader's language, fields left open for the script to fill."""
    return {message: tell(message) for message in BROWSER}
