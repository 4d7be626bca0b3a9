"""The sentences that scripts in the browser show, given to a page as JSON under their Vietnamese ids."""

from __future__ import annotations

from hocvuso.language import N_, Language

BROWSER = (
    N_("Đang tải câu trả lời…"),
    N_("Đang lưu…"),
    N_("Đã lưu"),
    N_("Mất mạng: câu trả lời được giữ trên máy này và sẽ gửi khi có mạng."),
    N_("Máy chủ chưa lưu được; câu trả lời được giữ trên máy này và sẽ gửi lại."),
    N_("Máy chủ hết chỗ lưu. Câu trả lời được giữ trên máy này và sẽ gửi lại; xin báo người phụ trách."),
    N_("Câu trả lời này không đúng dạng nên chưa được lưu."),
    N_("Thiết bị khác đã sửa câu này. Câu trả lời mới hơn, ở đây, được giữ."),
    N_("Thiết bị khác đã sửa câu này sau anh/chị. Câu trả lời mới hơn đó được giữ và đang hiện ở đây."),
    N_("Phiên đăng nhập đã hết. Câu trả lời được giữ trên máy này."),
    N_("Đăng nhập lại"),
    N_("Đã trả lời {n}/{all} câu"),
    N_("Đang nộp bài…"),
    N_("Chưa nộp được bài. Câu trả lời vẫn còn; xin thử lại."),
    N_("Chưa nộp được bài vì còn câu trả lời chưa gửi được. Xin thử lại khi có mạng."),
    N_("Còn {n} câu chưa trả lời. Anh/chị có muốn nộp bài không?"),
    N_("Anh/chị có thể làm lại và nộp lại sau."),
    N_("Nộp luôn"),
    N_("Làm tiếp"),
    N_("Không hiện được câu hỏi này. Xin tải lại trang."),
    N_("Ví dụ tương tác: {title}"),
    N_("Mở riêng ví dụ này"),
)


def browser_messages(tell: Language) -> dict[str, str]:
    """Each message by its id, in the reader's language, fields left open for the script to fill."""
    return {message: tell(message) for message in BROWSER}
