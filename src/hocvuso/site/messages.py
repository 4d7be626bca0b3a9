"""The sentences that scripts in the browser show, given to a page as JSON under their Vietnamese ids."""

from __future__ import annotations

from hocvuso.language import N_, Language

BROWSER = (
    N_("Đang tải câu trả lời…"),
    N_("Đang lưu…"),
    N_("Đã lưu lúc {time}"),
    N_("Đã lưu tất cả lúc {time}"),
    N_("Đang gửi {n} câu trả lời…"),
    N_("{n} câu trả lời đang chờ trên thiết bị này"),
    N_("{n} câu trả lời chưa gửi được và chỉ còn trong trang này"),
    N_(
        "Chưa gửi được, và thiết bị này không giữ được câu trả lời: anh/chị đừng đóng trang này cho tới khi gửi xong."
    ),
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
    N_("Bài sẽ được nộp khi có mạng, lúc trang này còn mở hoặc khi anh/chị mở lại một trang của Học vụ số."),
    N_("Không nộp nữa"),
    N_("Bài chờ nộp đã được nộp."),
    N_("Xem kết quả"),
    N_("Có câu trả lời chưa được lưu vì bài học đã thay đổi. Hãy mở lại bài để xem."),
    N_("Ví dụ này cần mạng; anh/chị hãy mở khi có mạng."),
    N_("Anh/chị đã đăng xuất."),
    N_("Anh/chị đã đăng xuất trên thiết bị này. Khi có mạng, trang sẽ báo cho máy chủ."),
    N_("Người khác đã đăng nhập trên thiết bị này."),
    N_("Còn {n} câu trả lời chưa gửi được vì mất mạng. Anh/chị muốn làm gì với các câu đó?"),
    N_("Còn {n} bài chờ nộp vì mất mạng. Anh/chị muốn làm gì với bài đó?"),
    N_(
        "Giữ lại thì chỉ anh/chị xem được, sau khi đăng nhập lại trên thiết bị này; bỏ đi thì không lấy lại được."
    ),
    N_("Chưa đăng xuất"),
    N_("Giữ trên thiết bị này"),
    N_("Bỏ đi"),
    N_("Còn {n} câu chưa trả lời. Anh/chị có muốn nộp bài không?"),
    N_("Anh/chị có thể làm lại và nộp lại sau."),
    N_("Câu {n}: {prompt}"),
    N_("Nộp luôn"),
    N_("Làm tiếp"),
    N_("Chưa hiện được câu hỏi này. Hãy tải lại trang."),
    N_("Chưa xem được kết quả. Hãy thử lại khi có mạng."),
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
